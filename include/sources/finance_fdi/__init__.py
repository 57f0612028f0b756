"""The finance department's register of foreign direct investment projects."""
