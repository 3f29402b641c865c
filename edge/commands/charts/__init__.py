"""Pictures that commands draw, all on one canvas."""
