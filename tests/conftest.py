"""What holds for all tests of properties: no time limit for one example, since the machine may be busy with other things.

The examples are the same in every run: what passes here passes there, and a failure is the change's. `./test
--hypothesis-profile=explore` looks at ten times as many, and at others each time.
"""

from hypothesis import settings

settings.register_profile("house", settings.default, deadline=None, derandomize=True, database=None)
settings.register_profile("explore", settings.default, deadline=None, max_examples=1000)
settings.load_profile("house")
