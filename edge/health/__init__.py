"""The device's health: the age of each part's results, the state of the machine, and the rules that judge them."""
