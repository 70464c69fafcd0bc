"""Instruments, survey waves, invitations and answers."""
