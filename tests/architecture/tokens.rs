//! Source text as a flat list of tokens, without its test modules.
//!
//! Tokens, not a syntax tree: what stands inside a macro call is seen like everything else.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// One token and the line it stands on.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// A name without `r#`, `::`, one sign, or nothing for a literal, which only ends a path.
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    /// Whether this is an identifier or keyword.
    pub(crate) fn is_name(&self) -> bool {
        self.text
            .starts_with(|first: char| first == '_' || first.is_alphabetic())
    }
}

/// The tokens of `text`, test modules cut out.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let stream: TokenStream = text
        .parse()
        .map_err(|error| format!("does not tokenise: {error}"))?;
    let mut out = Vec::new();
    flatten(stream, false, &mut out);
    Ok(out)
}

/// Appends `stream`. Inside a serde attribute, strings can be paths (`with = "crate::…"`) and are read too.
fn flatten(stream: TokenStream, in_serde: bool, out: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut rest = trees.as_slice();
    let mut hash = false;
    while let Some((tree, after)) = rest.split_first() {
        if let Some(behind) = after_test_module(rest) {
            rest = behind;
            continue;
        }
        rest = after;
        let behind_hash = std::mem::replace(&mut hash, is_sign(tree, '#'));
        let line = tree.span().start().line;
        let mut push = |text: &str| {
            out.push(Token {
                text: text.to_owned(),
                line,
            })
        };
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                push(open);
                flatten(group.stream(), in_serde || (behind_hash && is_serde(group)), out);
                out.push(Token {
                    text: close.to_owned(),
                    line,
                });
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                push(name.strip_prefix("r#").unwrap_or(&name));
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' && sign.spacing() == Spacing::Joint => {
                rest = after.split_first().map_or(after, |(_, behind)| behind);
                push("::");
            }
            // `$crate::store` is `crate::store` here.
            TokenTree::Punct(sign) if sign.as_char() == '$' => {}
            TokenTree::Punct(sign) => push(&sign.as_char().to_string()),
            TokenTree::Literal(literal) => match path_in(&literal.to_string()) {
                Some(path) if in_serde => {
                    let before = out.len();
                    // A string inside the string is none of serde's: this goes one level down and no further.
                    flatten(path, false, out);
                    out.iter_mut().skip(before).for_each(|token| token.line = line);
                }
                _ => push(""),
            },
        }
    }
}

/// The tokens of a string literal that looks like a path.
fn path_in(literal: &str) -> Option<TokenStream> {
    let (prefix, quoted) = literal.split_at_checked(literal.find('"')?)?;
    let text = quoted.trim_matches('#').trim_matches('"');
    let plain = prefix.chars().all(|sign| matches!(sign, 'r' | '#'));
    (plain && text.contains("::"))
        .then(|| text.parse().ok())
        .flatten()
}

/// Whether this is the inside of `#[serde(…)]`, or of a `cfg_attr` that holds one.
fn is_serde(attribute: &Group) -> bool {
    attribute.delimiter() == Delimiter::Bracket && attribute.stream().to_string().contains("serde")
}

/// What follows `#[cfg(test)] … mod name { … }` (or `;`) if `trees` begins with that.
fn after_test_module(trees: &[TokenTree]) -> Option<&[TokenTree]> {
    let mut rest = match trees {
        [hash, TokenTree::Group(attribute), rest @ ..] if is_sign(hash, '#') => {
            let written: String = attribute.stream().to_string().split_whitespace().collect();
            (written == "cfg(test)").then_some(rest)?
        }
        _ => return None,
    };
    while let [hash, TokenTree::Group(_), behind @ ..] = rest
        && is_sign(hash, '#')
    {
        rest = behind;
    }
    if let [public, behind @ ..] = rest
        && is_name(public, "pub")
    {
        rest = match behind {
            [TokenTree::Group(_), behind @ ..] => behind,
            _ => behind,
        };
    }
    match rest {
        [
            word,
            TokenTree::Ident(_),
            TokenTree::Group(_) | TokenTree::Punct(_),
            behind @ ..,
        ] if is_name(word, "mod") => Some(behind),
        _ => None,
    }
}

fn is_sign(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_name(tree: &TokenTree, name: &str) -> bool {
    matches!(tree, TokenTree::Ident(ident) if ident == name)
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}
