"""What holds for all tests: no time limit for one example of a property, since the machine may be busy with other things."""

from hypothesis import settings

settings.register_profile("house", settings.default, deadline=None)
settings.load_profile("house")
