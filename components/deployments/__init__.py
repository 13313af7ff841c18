"""Drawing what endpoints serve and how it is changed."""
