"""How large a sample run can we afford?"""

BUDGET = 400.0


# region cost
def cost_of(samples, cost_each, postage_each):
    """What a run of samples costs, postage included."""
    return samples * (cost_each + postage_each)
# endregion cost


def largest_run(cost_each, postage_each):
    return int(BUDGET // (cost_each + postage_each))


print(largest_run(cost_each=2.40, postage_each=1.60))
