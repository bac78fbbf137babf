//! The documented defaults as a page: every key with what it is, its default and its environment variable.
//!
//! Reads `config/default.toml` as text, since its comments are the documentation: a comment that stands right above a key is
//! the key's, one above a table the table's, one by itself a paragraph. That every key is explained there a test of `config`
//! sees to. Never reads what is set: the page is the same wherever it is made.

use std::fmt::Write;

/// The page of a TOML text such as [`crate::config::DEFAULTS`], as Markdown.
pub(crate) fn page(defaults: &str) -> String {
    let mut page = Page {
        text: "# Configuration\n\n".to_owned(),
        ..Page::default()
    };
    let mut lines = defaults.lines();
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix('#') {
            page.comment.push(comment.strip_prefix(' ').unwrap_or(comment));
        } else if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            page.table(table);
        } else if let Some((key, value)) = line.split_once(" = ") {
            page.key(key, &whole(value, &mut lines));
        } else {
            page.paragraphs();
        }
    }
    page.paragraphs();
    page.text
}

/// A value up to its end: a list may go over several lines, the last of which is a bracket.
fn whole<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    if first != "[" {
        return first.to_owned();
    }
    let items: Vec<&str> = lines.map(str::trim).take_while(|line| *line != "]").collect();
    format!("[{}]", items.join(" ").trim_end_matches(','))
}

/// What is written so far, and the comment that is not yet known to be of what.
#[derive(Debug, Default)]
struct Page<'a> {
    text: String,
    comment: Vec<&'a str>,
    table: &'a str,
    /// Whether the last that was written is a row.
    in_rows: bool,
}

impl<'a> Page<'a> {
    fn table(&mut self, table: &'a str) {
        let comment = std::mem::take(&mut self.comment);
        self.end_rows();
        self.table = table;
        self.push(format_args!("## `[{table}]`\n\n"));
        self.comment = comment;
        self.paragraphs();
    }

    fn key(&mut self, key: &str, value: &str) {
        if !self.in_rows {
            self.push(format_args!(
                "| key | default | environment | what it is |\n|---|---|---|---|\n"
            ));
            self.in_rows = true;
        }
        let what = std::mem::take(&mut self.comment).join(" ");
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        let variable = variable(self.table, key);
        let [value, what] = [value, what.as_str()].map(|text| text.replace('|', "\\|"));
        self.push(format_args!("| `{key}` | `{value}` | `{variable}` | {what} |\n"));
    }

    /// The comment as text of its own: what is set in from the margin is a list that keeps its lines.
    fn paragraphs(&mut self) {
        let comment = std::mem::take(&mut self.comment);
        if comment.is_empty() {
            return;
        }
        self.end_rows();
        let mut in_list = false;
        for line in comment {
            let is_list = line.starts_with("  ");
            if is_list != in_list {
                self.push(format_args!(
                    "{}",
                    if is_list { "\n```text\n" } else { "```\n\n" }
                ));
                in_list = is_list;
            }
            self.push(format_args!("{line}\n"));
        }
        self.push(format_args!("{}", if in_list { "```\n\n" } else { "\n" }));
    }

    fn end_rows(&mut self) {
        if std::mem::take(&mut self.in_rows) {
            self.push(format_args!("\n"));
        }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // A String takes whatever is written to it.
        self.text.write_fmt(text).unwrap_or_default();
    }
}

/// The environment variable of a key.
fn variable(table: &str, key: &str) -> String {
    format!("YEKTA_{}__{}", table.replace('.', "__"), key).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DEFAULTS;

    #[test]
    fn a_page_has_tables_of_keys_and_paragraphs_between_them() {
        let text = "# All of it.\n# Really.\n\n# Of one.\n#   a    this\n#   b    that\n# So it is.\n[one.two]\n\
            # The first,\n# or not.\nfirst = \"a|b\"\nsecond = [\n  \"x\",\n  \"y\", \"z\",\n]\n\n# By itself.\n\n[three]\n";
        let expected = "# Configuration\n\nAll of it.\nReally.\n\n## `[one.two]`\n\nOf one.\n\n```text\n  a    this\n  b    that\n\
            ```\n\nSo it is.\n\n| key | default | environment | what it is |\n|---|---|---|---|\n\
            | `first` | `\"a\\|b\"` | `YEKTA_ONE__TWO__FIRST` | The first, or not. |\n\
            | `second` | `[\"x\", \"y\", \"z\"]` | `YEKTA_ONE__TWO__SECOND` |  |\n\nBy itself.\n\n## `[three]`\n\n";
        assert_eq!(page(text), expected);
    }

    #[test]
    fn every_default_is_on_the_page() {
        fn keys(path: &str, table: &toml::Table, found: &mut Vec<String>) {
            for (key, value) in table {
                let path = format!("{path}__{key}");
                match value {
                    toml::Value::Table(table) => keys(&path, table, found),
                    _ => found.push(path.to_ascii_uppercase()),
                }
            }
        }
        let mut found = Vec::new();
        keys("", &toml::from_str(DEFAULTS).unwrap(), &mut found);
        let page = page(DEFAULTS);
        assert!(found.len() > 150, "{}", found.len());
        for key in &found {
            let variable = format!("| `YEKTA{}` |", key.replacen("__", "_", 1));
            assert!(page.contains(&variable), "{variable}");
        }
        assert_eq!(page.matches("| `YEKTA_").count(), found.len());
    }
}
