//! One line over time as an SVG: nothing that needs more than its own few elements.

use std::fmt::Write;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 340.0;
/// Room for the labels.
const MARGIN: f64 = 48.0;
const STEPS: u32 = 5;

pub(crate) struct Plot<'p> {
    pub(crate) title: &'p str,
    pub(crate) points: &'p [(f64, f64)],
    /// A level that should not be exceeded.
    pub(crate) limit: Option<f64>,
    /// Where something begins.
    pub(crate) marks: &'p [Option<(f64, &'p str)>],
}

pub(crate) fn svg(plot: &Plot<'_>) -> String {
    let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(1.0, f64::max);
    let right = largest(&mut plot.points.iter().map(|point| point.0));
    let top = largest(&mut plot.points.iter().map(|point| point.1).chain(plot.limit)) * 1.05;
    let x = |value: f64| MARGIN + value / right * (WIDTH - 2.0 * MARGIN);
    let y = |value: f64| HEIGHT - MARGIN - value / top * (HEIGHT - 2.0 * MARGIN);

    let mut body = String::new();
    // Writing to a String cannot fail.
    let mut line = |text: std::fmt::Arguments<'_>| {
        let _ = writeln!(body, "{text}");
    };
    for step in 0..=STEPS {
        let share = f64::from(step) / f64::from(STEPS);
        let (level, moment) = (share * top, share * right);
        let (left, end, at) = (MARGIN, WIDTH - MARGIN, y(level));
        line(format_args!(
            r##"<path d="M{left} {at:.1}H{end}" stroke="#ddd"/>"##
        ));
        let (before, under) = (MARGIN - 6.0, HEIGHT - MARGIN + 18.0);
        line(format_args!(
            r#"<text x="{before}" y="{at:.1}" text-anchor="end">{level:.0}</text>"#
        ));
        let at = x(moment);
        line(format_args!(
            r#"<text x="{at:.1}" y="{under}" text-anchor="middle">{moment:.0}</text>"#
        ));
    }
    for (moment, text) in plot.marks.iter().flatten() {
        let (at, from, to) = (x(*moment), MARGIN, HEIGHT - MARGIN);
        line(format_args!(
            r##"<path d="M{at:.1} {from}V{to}" stroke="#888" stroke-dasharray="2 3"/>"##
        ));
        let beside = at + 4.0;
        line(format_args!(
            r#"<text x="{beside:.1}" y="{from}">{text}</text>"#
        ));
    }
    if let Some(limit) = plot.limit {
        let (left, end, at) = (MARGIN, WIDTH - MARGIN, y(limit));
        line(format_args!(
            r##"<path d="M{left} {at:.1}H{end}" stroke="#c00" stroke-dasharray="6 4"/>"##
        ));
    }
    let points: Vec<String> = plot
        .points
        .iter()
        // Below idle is drawn on the axis.
        .map(|(moment, level)| format!("{:.1},{:.1}", x(*moment), y(level.max(0.0))))
        .collect();
    let points = points.join(" ");
    line(format_args!(
        r##"<polyline points="{points}" fill="none" stroke="#06c" stroke-width="1.5"/>"##
    ));
    let (title, middle) = (plot.title, WIDTH / 2.0);
    line(format_args!(
        r#"<text x="{middle}" y="22" text-anchor="middle">{title}</text>"#
    ));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_runs_from_the_left_to_the_right_and_stays_inside() {
        let svg = svg(&Plot {
            title: "x",
            points: &[(0.0, -5.0), (10.0, 100.0)],
            limit: Some(50.0),
            marks: &[Some((5.0, "half")), None],
        });
        assert!(svg.contains(r#"points="48.0,292.0 852.0,59.6""#), "{svg}");
    }
}
