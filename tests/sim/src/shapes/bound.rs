//! The least time that any downloader needs: bytes as a fluid, every connection at its best.
//!
//! Nobody knows how long a file is before the first answer, so that one connection begins alone,
//! and the others follow a set-up later. From then on everything flows that can. Slow starts,
//! stalls and refused requests cost the bound nothing; a connection that is always cut after so
//! many bytes costs it a new set-up each time.

use super::Shape;
use crate::network::Link;
use crate::site::Site;

pub(super) fn bound(shape: &Shape) -> f64 {
    let size = shape.sources[0].1.file.size as f64;
    let setup = |link: &Link| link.handshake + link.first_byte();
    let first = setup(&shape.sources[0].0);
    let joins: Vec<f64> = shape
        .sources
        .iter()
        .map(|(link, _)| first + setup(link) + link.late)
        .collect();
    let mut breaks: Vec<f64> = joins.clone();
    for (link, _) in &shape.sources {
        breaks.extend(link.changes.iter().map(|(at, _)| *at));
    }
    breaks.sort_by(f64::total_cmp);
    breaks.push(f64::INFINITY);

    // The last body of a connection need not be cut.
    let cut = |(link, _): &&(Link, Site)| link.cut_every.is_some();
    let spared = shape
        .sources
        .iter()
        .filter(cut)
        .map(|(link, _)| setup(link));
    let spared = spared.fold(0.0, f64::max);

    let mut at = first;
    let mut left = size;
    for next in breaks {
        let rates = shape.sources.iter().zip(&joins).enumerate();
        let rates = rates.map(|(index, ((link, site), joins))| {
            let connections = match (at >= *joins, index) {
                (true, _) => connections(link, site),
                (false, 0) => 1,
                (false, _) => 0,
            };
            rate(link, connections, at)
        });
        let rate = rates.sum::<f64>().min(shape.downlink);
        let could = rate * (next - at).max(0.0);
        if could >= left {
            return at + left / rate - spared;
        }
        left -= could;
        at = at.max(next);
    }
    f64::INFINITY
}

/// How many requests the source answers at once.
fn connections(link: &Link, site: &Site) -> usize {
    let limit = site.limit.map_or(usize::MAX, |limit| limit.requests);
    // Who keeps to what browsers allow to one origin has no more.
    link.origin_limit.min(limit).min(6)
}

fn rate(link: &Link, connections: usize, at: f64) -> f64 {
    let mut lanes: Vec<f64> = (0..link.origin_limit.max(connections))
        .map(|lane| link.lanes.get(lane).copied().unwrap_or(1.0) * link.connection)
        .collect();
    // The first connection takes the first lane; with several, the bound takes the best.
    if connections > 1 {
        lanes.sort_by(|a, b| b.total_cmp(a));
    }
    let share = link.changes.iter().rev().find(|(from, _)| *from <= at);
    let share = share.map_or(1.0, |(_, share)| *share);
    let each = lanes
        .into_iter()
        .take(connections)
        .map(|lane| match link.cut_every {
            Some(bytes) => {
                let bytes = bytes as f64;
                bytes / (bytes / (lane * share) + link.handshake + link.first_byte())
            }
            None => lane * share,
        });
    each.sum::<f64>().min(link.capacity * share)
}
