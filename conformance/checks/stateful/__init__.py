"""The stateful check: generated sequences, which run only if `--stateful N` asks for them."""
