"""The interview room: whose question is it, what does an answer hold, how sure were you?

The texts lie in `data/ch01/*.json`. Each module turns one of them into frozen records, or scores answers.
"""
