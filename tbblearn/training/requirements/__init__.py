"""Who must take which course by when: audiences, cycles, credits, and the plan that the timer carries out.

Imports standing. Pure rules: audience, cycles, credits, exemptions, planning.
Begin with `cycles` and `planning`; `enrolling` carries out the plan.
"""
