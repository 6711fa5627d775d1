"""What an answer, a retrieval and a citation are worth: pure functions of an item and a result. Runs nothing."""
