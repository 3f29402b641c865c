"""What single reports from a player prove, and what takes more than one."""
