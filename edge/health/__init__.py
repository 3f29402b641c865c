"""How the device is: ages of results, faults, and the rules that judge them."""
