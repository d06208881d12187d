import { Lab, referenceRun, pointsOf, faultyRuns, faultText } from "@heliostat/controller/testing";
import { RAYCLUSTER_SUITE } from "@heliostat/operator/testing";
const lab = await Lab.open(RAYCLUSTER_SUITE);
const only = process.argv[2] ?? "all";
for (const s of RAYCLUSTER_SUITE.scenarios) {
  if (only !== "all" && s.name !== only) continue;
  const c = process.cpuUsage().user; const t=performance.now();
  const ref = await referenceRun(lab, s);
  const points = pointsOf(ref);
  const kinds: Record<string, number> = {};
  for (const p of points) kinds[p.fault] = (kinds[p.fault] ?? 0) + 1;
  console.log(s.name, ((process.cpuUsage().user - c)/1000).toFixed(0), "ms", (performance.now()-t).toFixed(0), JSON.stringify(kinds), ref.rests.map((r) => r.revisions), ref.violations);
  if (process.argv[4]) console.log(ref.writes.map(w=>`${w.step} ${w.text} @${w.revisions}`).join("\n"), "\n", ref.rests.map(r=>r.essence.join("\n")).join("\n----\n"));
  const want = process.argv[3]?.split(",");
  if (!want) continue;
  const t0 = process.cpuUsage().user; let n = 0; let bad = 0;
  const faults = points.filter((p) => want.includes(p.fault) || want.includes(faultText(p)));
  for await (const { fault: p, run } of faultyRuns(lab, s, { faults, reference: ref })) {
    n++;
    if (run.violations.length || !run.hasStruck) { bad++; if (bad < 4) console.log(s.name, faultText(p), run.hasStruck, (p as any).write !== undefined ? ref.writes[(p as any).write]?.text : "", JSON.stringify(run.violations).slice(0,360)); }
  }
  console.log(s.name, "runs", n, "bad", bad, "per run", ((process.cpuUsage().user - t0)/1000/n).toFixed(1));
}
