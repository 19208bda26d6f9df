"""How the reason of a skip begins that is no failure, not even where ``GCHAT_TEST_REQUIRE_ALL`` is set."""

FORBIDDEN = "forbidden here: "  # by the machine, which no package changes
OPTIONAL = "optional: "  # nothing of the project needs it
