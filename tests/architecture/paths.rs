//! The paths a token list names, with groups spelled out and the file's own renames remembered.

use std::collections::BTreeMap;

use crate::tokens::Token;

/// `tokio::sync::mpsc` as it stands in a file; a glob ends in `*`.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    /// Written `::sled`: an outside crate, whatever else has that name.
    pub(crate) global: bool,
    pub(crate) line: usize,
}

/// What one file names.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    pub(crate) all: Vec<Path>,
    /// What a name stands for here: `use std::time as t` gives t = std::time, `mod config` gives config = self::config.
    names: BTreeMap<String, Vec<String>>,
}

impl Paths {
    /// Reads the paths of `tokens`.
    pub(crate) fn read(tokens: &[Token]) -> Self {
        let mut reader = Reader {
            tokens,
            at: 0,
            found: Self::default(),
        };
        reader.file();
        reader.found
    }

    /// `path` with the file's own names replaced by what they stand for.
    pub(crate) fn resolve(&self, path: &Path) -> Vec<String> {
        let mut segments = path.segments.clone();
        // A chain of renames longer than the names there are is a circle.
        for _ in 0..self.names.len() {
            let Some((first, rest)) = segments.split_first().filter(|_| !path.global) else {
                break;
            };
            let Some(meaning) = self.names.get(first) else {
                break;
            };
            let circle = meaning.first() == Some(first);
            segments = [meaning.as_slice(), rest].concat();
            if circle {
                break;
            }
        }
        segments
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    found: Paths,
}

impl Reader<'_> {
    fn text(&self, offset: usize) -> &str {
        self.tokens
            .get(self.at + offset)
            .map_or("", |token| token.text.as_str())
    }

    fn file(&mut self) {
        while let Some(token) = self.tokens.get(self.at) {
            match (token.text.as_str(), self.text(1)) {
                ("use", _) => {
                    self.at += 1;
                    self.path(Vec::new(), true);
                }
                ("extern", "crate") if self.text(2) == "self" => {
                    self.at += 3;
                    self.found.all.push(Path {
                        segments: vec!["crate".into()],
                        global: false,
                        line: token.line,
                    });
                }
                ("extern", "crate") => {
                    self.at += 2;
                    self.path(Vec::new(), true);
                }
                ("mod", name) => {
                    let meaning = vec!["self".to_owned(), name.to_owned()];
                    self.found.names.insert(name.to_owned(), meaning);
                    self.at += 2;
                }
                ("::", _) => self.path(Vec::new(), false),
                _ if token.is_name() => self.path(Vec::new(), false),
                _ => self.at += 1,
            }
        }
    }

    /// Reads one path, or each path of a group, behind `prefix`. A lone name counts in a `use` only.
    fn path(&mut self, prefix: Vec<String>, in_use: bool) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let global = prefix.is_empty() && self.text(0) == "::";
        let mut segments = prefix;
        // At its start, and behind each `::`, a path goes on with a name, a star or a group.
        let mut open = true;
        let mut renamed = None;
        while let Some(token) = self.tokens.get(self.at) {
            match token.text.as_str() {
                "::" => open = true,
                "as" if in_use => {
                    renamed = Some(self.text(1).to_owned());
                    self.at += 2;
                    break;
                }
                "{" if open && (in_use || !segments.is_empty()) => return self.group(&segments, in_use),
                name if open && (token.is_name() || name == "*") => {
                    segments.push(name.to_owned());
                    open = false;
                }
                _ => break,
            }
            self.at += 1;
        }
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        if in_use || global || segments.len() > 1 {
            if in_use {
                self.name(renamed, &segments);
            }
            self.found.all.push(Path {
                segments,
                global,
                line,
            });
        }
    }

    fn group(&mut self, prefix: &[String], in_use: bool) {
        self.at += 1;
        while self.at < self.tokens.len() && self.text(0) != "}" {
            let before = self.at;
            self.path(prefix.to_vec(), in_use);
            if self.at == before || self.text(0) == "," {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    /// Remembers what the imported name stands for in this file.
    fn name(&mut self, renamed: Option<String>, segments: &[String]) {
        let Some(name) = renamed.or_else(|| segments.last().cloned()) else {
            return;
        };
        if segments != [name.clone()] {
            self.found.names.insert(name, segments.to_vec());
        }
    }
}
