"""The scenarios: each a kind of user, run by ``locust -f loadtests/``. Copy one to write your own."""
