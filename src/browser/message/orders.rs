//! The words for what a page may order, and one tab another.

use crate::core::download::Command;

const ORDERS: [(&str, Command); 4] = [
    ("resume", Command::Resume),
    ("pause", Command::Pause),
    ("remove", Command::Remove),
    ("yield", Command::Yield),
];

pub(super) fn parse(word: &str) -> Option<Command> {
    let order = ORDERS.iter().find(|(known, _)| *known == word);
    order.map(|(_, command)| *command)
}

pub(super) fn word(command: Command) -> Option<&'static str> {
    let order = ORDERS.iter().find(|(_, known)| *known == command);
    order.map(|(word, _)| *word)
}
