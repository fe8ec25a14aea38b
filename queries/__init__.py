"""What is measured, and how: no Streamlit, no Plotly, no files."""
