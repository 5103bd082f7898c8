print(http.request{ uri = "https://example.com/" }) --> unknown-option: did you mean url?
