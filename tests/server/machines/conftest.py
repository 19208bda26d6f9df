"""How long the state machines run: seconds in the suite, and as long as you like with

pytest tests/server/machines --hypothesis-profile=long
"""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "long",
    max_examples=5000,
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
