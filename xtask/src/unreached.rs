//! What nothing can reach once panics are mute: their words, the places in the source that they
//! name, and the formatting behind tables of functions. No later step finds it, since only the linker
//! knows which of the numbers in the code are addresses: it is asked to leave its notes in the module
//! (`--emit-relocs`; "Linking" in WebAssembly's tool conventions).
//!
//! Everything keeps its place and its length: functions become traps, and data zeros.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result};
use wasmparser::{
    BinaryReader, CustomSectionReader, Data, ExternalKind, FunctionBody, Linking,
    LinkingSectionReader, Name, NameMap, NameSectionReader, Operator, OperatorsReader, Parser,
    Payload, RelocSectionReader, RelocationType, SymbolInfo, SymbolInfoMap, TypeRef,
};

use crate::panics::is_failure;

const UNREACHABLE: u8 = 0x00;
const NOP: u8 = 0x01;
const END: u8 = 0x0b;

/// The module as the linker left it, less the unreached and the linker's notes.
pub(crate) fn without(module: &[u8]) -> Result<Vec<u8>> {
    let linked = Linked::read(module)?;
    let reached = linked.reached();
    let mut bytes = module.to_vec();
    for (index, body) in linked.bodies.iter().enumerate() {
        if linked.mute.contains(&index) || !reached.contains(&body.whole.start) {
            trap(&mut bytes[body.code.clone()]);
        }
    }
    for doomed in &linked.doomed {
        bytes[doomed.clone()].fill(NOP);
        bytes[doomed.start] = UNREACHABLE;
    }
    for dead in linked.dead_data(&reached) {
        bytes[dead].fill(0);
    }
    let kept = linked.sections.iter().cloned();
    Ok(kept.flat_map(|section| &bytes[section]).copied().collect())
}

/// Whether what follows is done whenever this is, and nothing but the module's own state is changed.
fn is_straight(operator: &Operator<'_>) -> bool {
    !matches!(
        operator,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::Unreachable
            | Operator::Call { .. }
            | Operator::CallIndirect { .. }
    )
}

/// Any operand stack is right after it.
fn trap(code: &mut [u8]) {
    code.fill(NOP);
    if let [first, .., last] = code {
        (*first, *last) = (UNREACHABLE, END);
    }
}

/// Where things are in the module, in bytes from its beginning, and which lead to which.
#[derive(Default)]
struct Linked {
    /// All that is not the linker's notes.
    sections: Vec<Range<usize>>,
    imported_functions: usize,
    /// Where the content of the section of code begins, and that of data.
    code: usize,
    data: usize,
    bodies: Vec<Body>,
    segments: Vec<Range<usize>>,
    /// By their number in the table of symbols; none for what is neither code nor data.
    symbols: Vec<Option<Range<usize>>>,
    /// From where a symbol is named to its number.
    links: BTreeMap<usize, usize>,
    exported: BTreeSet<usize>,
    /// Functions that say why the module ends.
    mute: BTreeSet<usize>,
    /// Code that does nothing but prepare a call of one of these, and the call.
    doomed: Vec<Range<usize>>,
}

struct Body {
    whole: Range<usize>,
    /// Without the declarations of locals.
    code: Range<usize>,
}

impl Linked {
    fn read(module: &[u8]) -> Result<Self> {
        let mut linked = Self::default();
        let mut end = 0;
        for payload in Parser::new(0).parse_all(module) {
            let payload = payload?;
            let is_note = match &payload {
                Payload::CustomSection(custom) => linked.read_custom(custom)?,
                _ => linked.read_section(&payload).map(|()| false)?,
            };
            let range = match &payload {
                Payload::Version { range, .. } => range.clone(),
                _ => match payload.as_section() {
                    Some((_, range)) => range,
                    None => continue,
                },
            };
            // The range is that of the content, and leaves out what stands before it.
            if !is_note {
                linked.sections.push(end..range.end);
            }
            end = range.end;
        }
        linked.find_doomed(module)?;
        Ok(linked)
    }

    fn read_section(&mut self, payload: &Payload<'_>) -> Result<()> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    let is_function = matches!(import?.ty, TypeRef::Func(_));
                    self.imported_functions += usize::from(is_function);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports.clone() {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exported.insert(export.index as usize);
                    }
                }
            }
            Payload::CodeSectionStart { range, .. } => self.code = range.start,
            Payload::CodeSectionEntry(body) => self.bodies.push(Body::of(body)?),
            Payload::DataSection(segments) => {
                self.data = segments.range().start;
                for segment in segments.clone() {
                    let Data { range, data, .. } = segment?;
                    self.segments.push(range.end - data.len()..range.end);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether it is a note of the linker. These follow what they are about.
    fn read_custom(&mut self, custom: &CustomSectionReader<'_>) -> Result<bool> {
        let content = BinaryReader::new(custom.data(), custom.data_offset());
        match custom.name() {
            "linking" => {
                for subsection in LinkingSectionReader::new(content)? {
                    if let Linking::SymbolTable(symbols) = subsection? {
                        self.read_symbols(symbols)?;
                    }
                }
            }
            "reloc.CODE" => self.read_links(self.code, content)?,
            "reloc.DATA" => self.read_links(self.data, content)?,
            "name" => {
                for names in NameSectionReader::new(content) {
                    if let Name::Function(names) = names? {
                        self.read_names(names)?;
                    }
                }
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Of the section whose content begins at `start`.
    fn read_links(&mut self, start: usize, notes: BinaryReader<'_>) -> Result<()> {
        for entry in RelocSectionReader::new(notes)?.entries() {
            let entry = entry?;
            if entry.ty != RelocationType::TypeIndexLeb {
                let at = start + entry.offset as usize;
                self.links.insert(at, entry.index as usize);
            }
        }
        Ok(())
    }

    /// Whether a stretch without a branch or another call ends in a mute one.
    fn find_doomed(&mut self, module: &[u8]) -> Result<()> {
        for body in &self.bodies {
            let code = BinaryReader::new(&module[body.code.clone()], body.code.start);
            let mut operators = OperatorsReader::new(code);
            let mut start = body.code.start;
            while !operators.eof() {
                let operator = operators.read()?;
                let end = operators.original_position();
                if let Operator::Call { function_index } = operator {
                    let index = (function_index as usize).checked_sub(self.imported_functions);
                    if index.is_some_and(|index| self.mute.contains(&index)) {
                        self.doomed.push(start..end);
                    }
                }
                if !is_straight(&operator) {
                    start = end;
                }
            }
        }
        for doomed in &self.doomed {
            let links: Vec<_> = self
                .links
                .range(doomed.clone())
                .map(|(at, _)| *at)
                .collect();
            for at in links {
                self.links.remove(&at);
            }
        }
        Ok(())
    }

    fn read_names(&mut self, names: NameMap<'_>) -> Result<()> {
        for naming in names {
            let naming = naming?;
            let path = format!("{:#}", rustc_demangle::demangle(naming.name));
            if is_failure(&path) {
                let index = (naming.index as usize).checked_sub(self.imported_functions);
                self.mute.extend(index);
            }
        }
        Ok(())
    }

    fn read_symbols(&mut self, symbols: SymbolInfoMap<'_>) -> Result<()> {
        for symbol in symbols {
            let place = match symbol? {
                SymbolInfo::Func { index, .. } => self.body(index as usize),
                SymbolInfo::Data {
                    symbol: Some(symbol),
                    ..
                } => {
                    let segment = self.segments.get(symbol.index as usize);
                    let start = segment.context("a symbol of no segment")?.start;
                    let start = start + symbol.offset as usize;
                    Some(start..start + symbol.size as usize)
                }
                _ => None,
            };
            self.symbols.push(place);
        }
        Ok(())
    }

    /// None of an imported function.
    fn body(&self, function: usize) -> Option<Range<usize>> {
        let index = function.checked_sub(self.imported_functions)?;
        self.bodies.get(index).map(|body| body.whole.clone())
    }

    /// Where each function and each piece of data begins that an export leads to.
    fn reached(&self) -> BTreeSet<usize> {
        let mute: BTreeSet<usize> = self
            .mute
            .iter()
            .map(|i| self.bodies[*i].whole.start)
            .collect();
        let exported = self.exported.iter().filter_map(|index| self.body(*index));
        let mut open: Vec<Range<usize>> = exported.collect();
        let mut reached = BTreeSet::new();
        while let Some(place) = open.pop() {
            if reached.insert(place.start) && !mute.contains(&place.start) {
                let links = self.links.range(place).map(|(_, symbol)| symbol);
                open.extend(links.filter_map(|symbol| self.symbols[*symbol].clone()));
            }
        }
        reached
    }

    /// The bytes of symbols that are not reached, but for those that are also part of one that is.
    fn dead_data(&self, reached: &BTreeSet<usize>) -> Vec<Range<usize>> {
        let is_data = |place: &&Range<usize>| {
            let mut segments = self.segments.iter();
            segments.any(|segment| segment.contains(&place.start))
        };
        let data = self.symbols.iter().flatten().filter(is_data);
        let (mut live, mut dead) = (BTreeSet::new(), BTreeSet::new());
        for place in data {
            match reached.contains(&place.start) {
                true => live.extend(place.clone()),
                false => dead.extend(place.clone()),
            }
        }
        dead.difference(&live).map(|at| *at..at + 1).collect()
    }
}

impl Body {
    fn of(body: &FunctionBody<'_>) -> Result<Self> {
        let whole = body.range();
        let code = body.get_operators_reader()?.original_position()..whole.end;
        Ok(Self { whole, code })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const I32_CONST: u8 = 0x41;
    const CALL: u8 = 0x10;
    const BLOCK: u8 = 0x02;
    const EMPTY: u8 = 0x40;

    /// Two functions, of which the second is mute: the first one's code, and what it names.
    fn linked(code: &[u8], links: &[(usize, usize)], symbols: &[Range<usize>]) -> Linked {
        let body = |code: Range<usize>| Body {
            whole: code.clone(),
            code,
        };
        let end = code.len();
        Linked {
            bodies: vec![body(0..end), body(end..end + 2)],
            segments: vec![100..200],
            symbols: symbols.iter().cloned().map(Some).collect(),
            links: links.iter().copied().collect(),
            exported: [0].into(),
            mute: [1].into(),
            ..Linked::default()
        }
    }

    #[test]
    fn what_leads_only_to_a_mute_call_is_doomed() {
        let code = [
            I32_CONST, 1, BLOCK, EMPTY, I32_CONST, 2, CALL, 1, END, CALL, 0, CALL, 1, END,
        ];
        let mut linked = linked(
            &code,
            &[(1, 0), (5, 1), (10, 2)],
            &[100..104, 104..108, 108..112],
        );
        let module = [code.as_slice(), &[UNREACHABLE, END]].concat();
        linked.find_doomed(&module).unwrap();
        assert_eq!(linked.doomed, [4..8, 11..13]);
        assert_eq!(linked.links, [(1, 0), (10, 2)].into());
    }

    #[test]
    fn data_is_dead_when_only_mute_functions_lead_to_it() {
        let code = [I32_CONST, 1, CALL, 1, END];
        // The mute function names the second symbol, and the first names the third.
        let links = [(1, 0), (3, 3), (6, 1), (100, 2)];
        let symbols = [100..104, 110..114, 104..108, 5..7];
        let reached = linked(&code, &links, &symbols).reached();
        assert_eq!(reached, [0, 5, 100, 104].into());
        let dead = linked(&code, &links, &symbols).dead_data(&reached);
        assert_eq!(dead, [110..111, 111..112, 112..113, 113..114]);
    }

    #[test]
    fn a_byte_that_lives_in_one_symbol_is_alive_in_all() {
        let dead = linked(&[END], &[], &[100..104, 102..106]).dead_data(&[102].into());
        assert_eq!(dead, [100..101, 101..102]);
    }

    #[test]
    fn a_trap_is_as_long_as_what_it_replaces() {
        let mut code = [I32_CONST, 1, CALL, 0, END];
        trap(&mut code);
        assert_eq!(code, [UNREACHABLE, NOP, NOP, NOP, END]);
    }
}
