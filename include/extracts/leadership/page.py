def write_page(s, p): p.write_text("")
