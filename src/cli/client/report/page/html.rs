//! Markup: owns [`Html`]. Whatever was given as text is escaped, and every tag that is opened is closed.
//!
//! Names of tags and attributes are written in the program, so that nothing that a service says becomes markup.

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl Html {
    /// Nothing.
    pub(super) const NONE: Self = Self(String::new());

    /// A text, escaped.
    pub(super) fn text(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                // No parser of HTML takes them.
                letter if letter.is_control() => html.push('\u{fffd}'),
                letter => html.push(letter),
            }
        }
        Self(html)
    }

    /// The whole document.
    pub(super) fn document(self) -> String {
        format!("<!doctype html>\n{}\n", self.0)
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        Self::text(&text)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(pieces: I) -> Self {
        pieces.into_iter().fold(Self::NONE, |mut all, piece| {
            all.0.push_str(&piece.0);
            all
        })
    }
}

impl From<Vec<Html>> for Html {
    fn from(pieces: Vec<Html>) -> Self {
        pieces.into_iter().collect()
    }
}

impl<const N: usize> From<[Html; N]> for Html {
    fn from(pieces: [Html; N]) -> Self {
        pieces.into_iter().collect()
    }
}

/// Names and values of attributes; the values are escaped.
pub(super) type Attributes<'a> = [(&'static str, &'a str)];

/// `<name attributes>inside</name>`.
pub(super) fn el(name: &'static str, attributes: &Attributes<'_>, inside: impl Into<Html>) -> Html {
    let mut html = opened(name, attributes);
    // What begins and what ends a block stands on a line of its own, so that two pages can be compared.
    let is_block = ["section", "table", "tr", "figure", "svg", "div"].contains(&name);
    let end = if is_block { "\n" } else { "" };
    html.push_str(&format!(">{}</{name}>{end}", inside.into().0));
    Html(html)
}

/// `<name attributes/>`, of what has no inside.
pub(super) fn leaf(name: &'static str, attributes: &Attributes<'_>) -> Html {
    let mut html = opened(name, attributes);
    html.push_str("/>");
    Html(html)
}

/// The sheet of the page, which is written in the program.
pub(super) fn style(sheet: &'static str) -> Html {
    Html(format!("<style>\n{sheet}</style>"))
}

/// A sentence that says less than what stands around it, such as that there is nothing.
pub(super) fn soft(sentence: &str) -> Html {
    el("p", &[("class", "soft")], sentence)
}

fn opened(name: &'static str, attributes: &Attributes<'_>) -> String {
    let mut html = format!("<{name}");
    for (attribute, value) in attributes {
        html.push_str(&format!(" {attribute}=\"{}\"", Html::text(value).0));
    }
    html
}
