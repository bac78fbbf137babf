//! The rules of the town: two journeys, a silent segment, a flow that assigns and one whose effect is told.

/// Whoever called is on the journey `care`; whoever left something in the cart says nothing about why.
pub const SEGMENTS: &str = r#"
[segments.callers]
when = 'happened("Call Ended", "30d")'

[segments.doubters]
silent = true
when = 'quiet("Order Completed", "2h") && size(cart) > 0'
"#;

/// A bad answer is somebody's to see to; of a wish every second is answered, by chance.
const FLOWS: &str = r#"
[flows.detractor]
on = "Survey Answered"
when = 'int(get(event.properties, "nps", 10)) <= 6'
steps = [{ assign = { team = "care", subject = '"A bad answer"', within = "2d" } }]

[flows.wished]
on = "Product Added to Wishlist"
holdout = 50
steps = [{ ask = { channel = "web", name = "wished" } }]
"#;

/// A call and a call-back are places of both journeys, by the same names.
pub const JOURNEYS: &str = r#"
[journeys.purchase]
within = "3d"
stages = [
  { name = "discover", needs = ["find_it"], touchpoints = [
    { name = "product_page", on = ["Product Viewed"], channels = ["web", "mobile"], expected = 80, acceptable = 60, importance = { customer = 40, company = 80 }, benchmarks = { rival = 72 } },
    { name = "store_code", on = ["QR Scanned"], channels = ["store"] },
  ] },
  { name = "decide", needs = ["be_sure", "remember_it"], touchpoints = [
    { name = "wish_list", on = ["Product Added to Wishlist"] },
    { name = "cart", on = ["Product Added"] },
  ] },
  { name = "buy", needs = ["pay_easily"], touchpoints = [
    { name = "checkout", on = ["Order Completed"], expected = 75, acceptable = 60, importance = { customer = 40, company = 90 }, benchmarks = { rival = 72, market = 80 } },
  ] },
  { name = "use", needs = ["have_it_in_time"], touchpoints = [
    { name = "delivery", on = ["Order Delivered"], expected = 80, acceptable = 70, importance = { customer = 90, company = 60 } },
    { name = "help", on = ["Call Ended"], channels = ["callcenter"], expected = 70, acceptable = 30, importance = { customer = 80, company = 30 } },
    { name = "recovery", on = ["Callback Completed"], channels = ["callcenter"], expected = 85, acceptable = 60, importance = { customer = 70, company = 70 } },
  ] },
  { name = "recommend", needs = ["be_heard"], touchpoints = [
    { name = "word", on = ["Product Shared"], expected = 70, acceptable = 50, importance = { customer = 30, company = 30 } },
  ] },
]

[journeys.care]
segment = "callers"
within = "3d"
stages = [
  { name = "ask", needs = ["be_heard"], touchpoints = [
    { name = "help", on = ["Call Ended"], channels = ["callcenter"] },
  ] },
  { name = "answer", needs = ["be_called_back"], touchpoints = [
    { name = "recovery", on = ["Callback Completed"], channels = ["callcenter"] },
  ] },
]
"#;

/// All of them.
pub fn all() -> String {
    [SEGMENTS, FLOWS, JOURNEYS].concat()
}

/// Those by which nothing is done: all that comes of them is a function of what was told.
pub fn counting() -> String {
    [SEGMENTS, JOURNEYS].concat()
}
