"""Who must take which course by when: audiences, cycles, credits, and the plan that tick carries out.

Imports standing; pure rules are audience, cycles, credits, exemptions and planning.
Begin with `cycles` and `planning`; `enrolling` carries it out.
"""
