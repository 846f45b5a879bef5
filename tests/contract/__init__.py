"""The contract kit: does a step behind any URL keep the contract that the workflow relies on?"""
