"""The benchmark table: `make bench`. Figures to reach are printed beside the measured ones; nothing fails on time.

Everything happens in a home of its own, with a durable embedded server as in real use, and is removed afterwards.
Parts can be run alone: `make bench PARTS=warehouse`, or any of workbooks, monitoring, warehouse, airflow.
"""
