@echo off
rem Sets Isocenter up in .venv beside this file and runs it; arguments pass on to "isocenter up".
setlocal
set "here=%~dp0"
set "venv=%here%.venv"
if not exist "%venv%\Scripts\python.exe" (
    py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>nul || (
        echo Isocenter needs Python 3.11 or newer. This mends it:  winget install Python.Python.3.12
        exit /b 2
    )
    echo Setting up Isocenter in %venv% ^(once, about a minute^) ...
    py -3 -m venv "%venv%" || exit /b 2
)
set "current=yes"
fc /b "%here%pyproject.toml" "%venv%\isocenter-installed.toml" >nul 2>&1 || set "current="
if not defined ISOCENTER_WITHOUT_WORKSTATION if exist "%here%web\build.py" (
    "%venv%\Scripts\python.exe" "%here%web\build.py" --check || set "current="
)
if not defined current (
    "%venv%\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --editable "%here%." || exit /b 3
    copy /y "%here%pyproject.toml" "%venv%\isocenter-installed.toml" >nul
)
"%venv%\Scripts\python.exe" -m isocenter up %*
exit /b %errorlevel%
