"""The rules of the category `shop`: the folder's name."""
