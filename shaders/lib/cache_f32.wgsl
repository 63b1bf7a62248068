// Keys and values in f32, eight neighbouring elements in two 128-bit loads.
alias Raw8 = Eight;
fn widen8(raw: Raw8) -> Eight { return raw; }
