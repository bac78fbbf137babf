//! Splits a text into its events without reading what they say: owns [`Items`].
//!
//! One object, objects on lines of their own, or a list of objects, however they are broken into lines; held is one at
//! a time, of bounded size.

use std::io::{self, BufRead};

use serde_json::value::RawValue;

use crate::cli::client::error::ClientError;

/// Bytes of one event that are read; the service takes far fewer.
pub(crate) const ITEM_BYTES_MAX: usize = 256 * 1024;

/// Where in the text the reader is, between events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In no list.
    Outside,
    /// Behind a list's bracket.
    Opened,
    /// Behind an event of a list.
    AfterItem,
    /// Behind a comma of a list.
    AfterComma,
}

/// The events of a text, each as it was written.
#[derive(Debug)]
pub(crate) struct Items<R> {
    input: R,
    name: String,
    line: u64,
    place: Place,
}

impl<R: BufRead> Items<R> {
    /// The events of `input`, which errors call `name`.
    pub(crate) fn new(input: R, name: impl Into<String>) -> Self {
        Self {
            input,
            name: name.into(),
            line: 1,
            place: Place::Outside,
        }
    }

    /// The next event; `None` at the end of the text.
    ///
    /// # Errors
    /// When the text cannot be read, or is not made of JSON objects that are small enough.
    pub(crate) fn next_item(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        while let Some(byte) = self.byte()? {
            self.place = match (byte, self.place) {
                (b' ' | b'\t' | b'\r' | b'\n', place) => place,
                (b'{', Place::Outside) => return self.item().map(Some),
                (b'{', Place::Opened | Place::AfterComma) => {
                    self.place = Place::AfterItem;
                    return self.item().map(Some);
                }
                (b'[', Place::Outside) => Place::Opened,
                (b',', Place::AfterItem) => Place::AfterComma,
                (b']', Place::Opened | Place::AfterItem) => Place::Outside,
                _ => return Err(self.expected("an event, an object of JSON,")),
            };
        }
        match self.place {
            Place::Outside => Ok(None),
            _ => Err(self.expected("the end of the list")),
        }
    }

    /// The object whose brace was just read.
    fn item(&mut self) -> Result<Vec<u8>, ClientError> {
        let first_line = self.line;
        let (mut item, mut depth) = (vec![b'{'], 1_usize);
        let (mut in_text, mut escaped) = (false, false);
        while depth > 0 {
            let Some(byte) = self.byte()? else {
                return Err(self.expected("the end of the event"));
            };
            if item.len() == ITEM_BYTES_MAX {
                return Err(events("an event of at most 256 KiB", first_line));
            }
            item.push(byte);
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                b'{' | b'[' if !in_text => depth = depth.saturating_add(1),
                b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        // One that is no JSON would make the service refuse all that travel with it.
        match serde_json::from_slice::<&RawValue>(&item) {
            Ok(_) => Ok(item),
            Err(error) => {
                let below = u64::try_from(error.line()).unwrap_or(1).saturating_sub(1);
                Err(events("JSON", first_line.saturating_add(below)))
            }
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, ClientError> {
        let found = loop {
            match self.input.fill_buf() {
                Ok(buffer) => break Ok(buffer.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        let byte = found.map_err(|source| ClientError::Input {
            name: self.name.clone(),
            source,
        })?;
        if byte.is_some() {
            self.input.consume(1);
        }
        if byte == Some(b'\n') {
            self.line = self.line.saturating_add(1);
        }
        Ok(byte)
    }

    fn expected(&self, expected: &'static str) -> ClientError {
        events(expected, self.line)
    }
}

fn events(expected: &'static str, line: u64) -> ClientError {
    ClientError::Events { expected, line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (Vec<String>, Option<(&'static str, u64)>) {
        let mut items = Items::new(text.as_bytes(), "text");
        let mut found = Vec::new();
        loop {
            match items.next_item() {
                Ok(Some(item)) => found.push(String::from_utf8(item).unwrap()),
                Ok(None) => return (found, None),
                Err(ClientError::Events { expected, line }) => return (found, Some((expected, line))),
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(
            split(text),
            (expected.iter().map(|&item| item.to_owned()).collect(), None),
            "{text}"
        );
    }

    #[test]
    fn events_are_found_however_they_are_written() {
        check("", &[]);
        check("\n[ ]\n", &[]);
        check("{\"a\":1}\n{\"b\":2}\n", &["{\"a\":1}", "{\"b\":2}"]);
        check("{\"a\":\r\n [1]}", &["{\"a\":\r\n [1]}"]);
        check(
            "[{\"a\":1},\n{}]\n[{\"c\":3}] {}",
            &["{\"a\":1}", "{}", "{\"c\":3}", "{}"],
        );
        check(
            r#"{"a":"}\"]\\"}{"ب":"{"}"#,
            &[r#"{"a":"}\"]\\"}"#, r#"{"ب":"{"}"#],
        );
    }

    #[test]
    fn what_is_none_is_told_with_its_line_after_those_before() {
        for (text, before, line) in [
            ("{}\nx", 1, 2),
            ("{}\n{\"a\":\n1,}", 1, 3),
            ("[{}\n{}]", 1, 2),
            ("[{},]", 1, 1),
            ("[,{}]", 0, 1),
            ("[{}\n", 1, 2),
            ("{\"a\":\"}\n", 0, 2),
            ("{\"a\":1]", 0, 1),
            ("[[{}]]", 0, 1),
            ("\n42", 0, 2),
        ] {
            let (found, error) = split(text);
            assert_eq!(
                (found.len(), error.map(|(_, line)| line)),
                (before, Some(line)),
                "{text}"
            );
        }
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(ITEM_BYTES_MAX));
        assert_eq!(split(&long).1, Some(("an event of at most 256 KiB", 1)));
    }
}
