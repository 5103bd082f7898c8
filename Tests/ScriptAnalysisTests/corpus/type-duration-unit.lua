sleep("5x") --> wrong-type: sleep: duration
