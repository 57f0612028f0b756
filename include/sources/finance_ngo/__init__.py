"""The registers of aid of foreign non-governmental organisations."""
