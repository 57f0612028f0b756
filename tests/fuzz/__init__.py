"""A coverage-guided fuzzer on everything that reads what strangers send: `make fuzz MINUTES=3`."""
