"""Reads video files: with OpenCV, or with the program ffmpeg where OpenCV can't, and tells what a film lacks."""
