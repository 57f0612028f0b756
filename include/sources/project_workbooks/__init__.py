"""Registers of projects as workbooks: the form that is sent out and the reader that takes it back.

No source of its own: each register's source.yml describes its columns, the code here follows it.
"""
