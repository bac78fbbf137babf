//! Reads a page crudely: its tags, what is drawn, and the colours of its sheet.

use std::collections::BTreeSet;

/// Tags that have no end.
const VOID: [&str; 1] = ["meta"];

/// All tags, without their brackets.
pub(super) fn tags(page: &str) -> Vec<&str> {
    let (head, behind) = page.split_once("<style>").unwrap();
    let (_, body) = behind.split_once("</style>").unwrap();
    [head, body]
        .iter()
        .flat_map(|part| part.split('<').skip(1))
        .map(|part| part.split_once('>').expect("an end of each tag").0)
        .filter(|tag| !tag.starts_with('!'))
        .collect()
}

/// Every tag is closed in its turn, no id stands twice, and what is pointed at is there.
pub(super) fn check(page: &str) {
    let mut open = Vec::new();
    let (mut ids, mut meant) = (BTreeSet::new(), Vec::new());
    for tag in tags(page) {
        let name = name(tag);
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => assert!(VOID.contains(&name) || open.contains(&"svg"), "{tag}"),
            None => open.push(name),
        }
        if let Some(id) = attribute(tag, "id") {
            assert!(ids.insert(id), "{id} stands twice");
        }
        meant.extend(["aria-labelledby", "aria-describedby"].map(|name| attribute(tag, name)));
        meant.push(attribute(tag, "href").and_then(|to| to.strip_prefix('#')));
    }
    assert_eq!(open, Vec::<&str>::new());
    for id in meant.into_iter().flatten() {
        assert!(ids.contains(id), "{id} is nowhere");
    }
    within(page);
}

/// Everything that is drawn lies inside of its box.
fn within(page: &str) {
    let mut size = (0.0, 0.0);
    for tag in tags(page) {
        if let Some(numbers) = attribute(tag, "viewBox") {
            let numbers: Vec<f64> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
            size = (numbers[2], numbers[3]);
        }
        let number = |name: &str| attribute(tag, name).map(|number| number.parse::<f64>().expect(tag));
        let is_drawn = ["rect", "circle", "line", "text"]
            .iter()
            .any(|name| tag.starts_with(name));
        let mut places = Vec::new();
        if is_drawn {
            let reach = number("r").unwrap_or_default();
            let (x, y) = (number("x").or(number("cx")), number("y").or(number("cy")));
            places.extend(x.zip(y).map(|(x, y)| (x - reach, y - reach)));
            let far = |place: f64, member: &str| place + reach + number(member).unwrap_or_default();
            places.extend(x.zip(y).map(|(x, y)| (far(x, "width"), far(y, "height"))));
            places.extend(number("x1").zip(number("y1")));
            places.extend(number("x2").zip(number("y2")));
            assert!(!places.is_empty(), "{tag}");
        }
        let corners = attribute(tag, "points")
            .into_iter()
            .flat_map(|points| points.split(' '));
        let corners = corners.filter(|corner| !corner.is_empty());
        let corners = corners.map(|corner| corner.split_once(',').unwrap());
        places.extend(corners.map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())));
        for (x, y) in places {
            let is_inside = (-0.1..=size.0 + 0.1).contains(&x) && (-0.1..=size.1 + 0.1).contains(&y);
            assert!(is_inside, "{tag} is not inside of {size:?}");
        }
    }
}

/// The name of a tag.
pub(super) fn name(tag: &str) -> &str {
    tag.split(' ').next().unwrap_or(tag)
}

/// Its attributes.
pub(super) fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts: Vec<&str> = tag.split('"').collect();
    let pairs: Vec<(&str, &str)> = parts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().filter_map(|(before, value)| {
        let before = before.strip_suffix('=')?;
        Some((before.rsplit(' ').next()?, value))
    })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let found = attributes(tag).find(|(one, _)| *one == name);
    found.map(|(_, value)| value)
}

/// How light the colour of a sheet is, as WCAG reckons it.
pub(super) fn luminance(sheet: &str, name: &str) -> f64 {
    let (_, behind) = sheet.split_once(&format!("--{name}: #")).expect(name);
    let part = |at: usize| {
        let part = f64::from(u8::from_str_radix(behind.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
        match part <= 0.04045 {
            true => part / 12.92,
            false => ((part + 0.055) / 1.055).powf(2.4),
        }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}
