"""The peer of the chat's figures: a Streamlit app as Databricks' public template builds it."""
