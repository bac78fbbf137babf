//! The gap matrix: touchpoints by what they are against what was meant, and by how much they matter to customers.

use crate::cli::client::report::page::{
    chart::{Chart, REACH, Shape, line, words},
    gap::difference,
    html::{Html, el},
    names::spaced,
    number::{decimal, signed},
    said::Said,
    scale::Scale,
};

const SIZE: (f64, f64) = (480.0, 380.0);
/// Where touchpoints are drawn: left, right, top and bottom.
const PLOT: (f64, f64, f64, f64) = (12.0, 468.0, 30.0, 330.0);
/// Where something begins to matter, of 100.
const MATTERS: f64 = 50.0;
/// Marks that are closer than this have one label.
const CLOSE: f64 = 14.0;

/// A touchpoint on the matrix.
struct Spot<'a> {
    number: usize,
    point: Said<'a>,
    difference: f64,
    customer: f64,
}

/// The chart; nothing where no touchpoint can be placed.
pub(super) fn chart(place: usize, journey: Said<'_>) -> Html {
    let spots: Vec<Spot<'_>> = spots(journey).collect();
    if spots.is_empty() {
        return Html::NONE;
    }
    let title = format!("Gap matrix of {}", spaced(journey.text("name")));
    let chart = Chart {
        id: &format!("matrix-{place}"),
        class: "wide",
        title: &title,
        description: &description(&spots),
        size: SIZE,
    };
    let key = "By the numbers of the table below. Triangles are below what is acceptable.";
    let inside = [
        el("figcaption", &[], title.as_str()),
        chart.drawn(drawn(&spots)),
        el("p", &[("class", "soft")], key),
    ];
    el("figure", &[], inside)
}

fn spots(journey: Said<'_>) -> impl Iterator<Item = Spot<'_>> {
    journey
        .list("touchpoints")
        .enumerate()
        .filter_map(|(place, point)| {
            Some(Spot {
                number: place.saturating_add(1),
                point,
                difference: difference(point)?,
                customer: point.at("importance").number("customer")?,
            })
        })
}

/// What is to be done about who stands there.
fn quadrant(difference: f64, customer: f64) -> &'static str {
    match (difference < 0.0, customer >= MATTERS) {
        (true, true) => "mend first",
        (false, true) => "keep it up",
        (true, false) => "mend later",
        (false, false) => "more than needed",
    }
}

fn description(spots: &[Spot<'_>]) -> String {
    let told = spots.iter().map(|spot| {
        let (difference, customer) = (signed(spot.difference, 1), decimal(spot.customer, 0));
        let quadrant = quadrant(spot.difference, spot.customer);
        format!(
            "{}: {difference} against what was meant, matters {customer} of 100, {quadrant}",
            spaced(spot.point.text("touchpoint"))
        )
    });
    format!("{}.", told.collect::<Vec<_>>().join("; "))
}

fn drawn(spots: &[Spot<'_>]) -> Html {
    let (left, right, top, bottom) = PLOT;
    let widest = spots.iter().map(|spot| spot.difference.abs());
    // Both sides are as wide, so that nothing stands in the middle.
    let widest = (widest.fold(20.0, f64::max) / 10.0).ceil().min(10.0) * 10.0;
    let x = Scale::new((-widest, widest), (left + REACH, right - REACH));
    let y = Scale::new((0.0, 100.0), (bottom - REACH, top + REACH));
    let at = |spot: &Spot<'_>| (x.at(spot.difference), y.at(spot.customer));
    let marks = spots.iter().map(|spot| {
        let (shape, class) = match spot.point.text("verdict") {
            "unacceptable" => (Shape::Down, "low"),
            "below_plan" => (Shape::Dot, "below"),
            _ => (Shape::Dot, "dot"),
        };
        shape.drawn(class, at(spot))
    });
    Html::from([ground(x, y, widest), marks.collect(), labels(spots, at)])
}

/// The axes and the names of the quadrants, in their corners.
fn ground(x: Scale, y: Scale, widest: f64) -> Html {
    let (left, right, top, bottom) = PLOT;
    let (middle, half) = (x.at(0.0), y.at(MATTERS));
    let corner = |anchor: &str, at: (f64, f64), (difference, customer): (f64, f64)| {
        words(anchor, "quadrant", at, quadrant(difference, customer))
    };
    let tick =
        |anchor: &str, at: f64, number: f64| words(anchor, "tick", (at, bottom + 20.0), &signed(number, 0));
    Html::from([
        line("grid", (left, top), (right, top)),
        line("grid", (left, bottom), (right, bottom)),
        line("grid", (left, top), (left, bottom)),
        line("grid", (right, top), (right, bottom)),
        line("zero", (middle, top), (middle, bottom)),
        line("zero", (left, half), (right, half)),
        corner("start", (left + 8.0, top + 20.0), (-1.0, 100.0)),
        corner("end", (right - 8.0, top + 20.0), (1.0, 100.0)),
        corner("start", (left + 8.0, bottom - 10.0), (-1.0, 0.0)),
        corner("end", (right - 8.0, bottom - 10.0), (1.0, 0.0)),
        words("start", "soft", (left, top - 10.0), "↑ matters to customers"),
        tick("start", left, -widest),
        tick("middle", middle, 0.0),
        tick("end", right, widest),
        words("end", "soft", (right, bottom + 42.0), "observed less expected →"),
    ])
}

/// One label for all marks that would hide each other's.
fn labels(spots: &[Spot<'_>], at: impl Fn(&Spot<'_>) -> (f64, f64)) -> Html {
    let mut labels: Vec<((f64, f64), String)> = Vec::new();
    for spot in spots {
        let (x, y) = at(spot);
        let near = labels
            .iter_mut()
            .find(|((near, at), _)| (near - x).abs() < 2.0 * CLOSE && (at - y).abs() < CLOSE);
        match near {
            Some((_, numbers)) => numbers.push_str(&format!(", {}", spot.number)),
            None => labels.push(((x, y), spot.number.to_string())),
        }
    }
    let (_, right, ..) = PLOT;
    let drawn = labels.iter().map(|((x, y), numbers)| match *x > right - 60.0 {
        true => words("end", "mark", (x - 10.0, y + 5.0), numbers),
        false => words("start", "mark", (x + 10.0, y + 5.0), numbers),
    });
    drawn.collect()
}
