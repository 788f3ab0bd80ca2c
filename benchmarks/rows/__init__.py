"""The rows of the results: each module measures one and says what it measured."""
