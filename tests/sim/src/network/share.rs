//! How flows share what is narrow: max-min fairness by progressive filling (Bertsekas and
//! Gallager, "Data Networks", 1992, §6.5).

/// What one flow could take at most, in bytes per second, and through which path it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub(crate) cap: f64,
    pub(crate) path: usize,
}

/// Every rate rises alike until its own cap, its path or the common link is full.
pub(crate) fn max_min(demands: &[Demand], paths: &[f64], link: f64) -> Vec<f64> {
    let mut rates = vec![0.0; demands.len()];
    let mut open: Vec<usize> = (0..demands.len()).collect();
    let mut room = paths.to_vec();
    let mut common = link;
    while !open.is_empty() {
        let through = |path: usize| open.iter().filter(|i| demands[**i].path == path).count();
        let own = open.iter().map(|&i| demands[i].cap - rates[i]);
        let path = open
            .iter()
            .map(|&i| room[demands[i].path] / through(demands[i].path) as f64);
        let step = own
            .chain(path)
            .chain([common / open.len() as f64])
            .fold(f64::INFINITY, f64::min)
            .max(0.0);
        for &i in &open {
            rates[i] += step;
            room[demands[i].path] -= step;
            common -= step;
        }
        let full = |left: f64, of: f64| left <= of * 1e-9;
        open.retain(|&i| {
            let Demand { cap, path } = demands[i];
            !(full(cap - rates[i], cap) || full(room[path], paths[path]) || full(common, link))
        });
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(caps: &[(f64, usize)], paths: &[f64], link: f64) -> Vec<f64> {
        let demands = caps
            .iter()
            .map(|&(cap, path)| Demand { cap, path })
            .collect::<Vec<_>>();
        max_min(&demands, paths, link)
    }

    #[test]
    fn what_a_slow_flow_leaves_the_others_share() {
        assert_eq!(
            shared(&[(1.0, 0), (9.0, 0), (9.0, 0)], &[9.0], 99.0),
            [1.0, 4.0, 4.0]
        );
    }

    #[test]
    fn a_narrow_path_leaves_the_link_to_the_other() {
        assert_eq!(
            shared(&[(9.0, 0), (9.0, 1)], &[2.0, 20.0], 10.0),
            [2.0, 8.0]
        );
    }

    #[test]
    fn nothing_flows_over_a_link_that_is_down() {
        assert_eq!(shared(&[(9.0, 0)], &[9.0], 0.0), [0.0]);
    }
}
