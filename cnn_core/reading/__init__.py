"""Whatever people give: text, tables, arrays, pictures and photos, read kindly and without trusting them."""
