retry(0, print) --> wrong-value: retry: times: expected a number from 1
