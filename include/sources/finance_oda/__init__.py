"""The finance department's register of ODA and preferential-loan programmes and projects."""
