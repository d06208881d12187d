import {
  type Arbitrary,
  array,
  boolean,
  constantFrom,
  dictionary,
  integer,
  oneof,
  option,
  record,
  string,
  uniqueArray,
} from "fast-check";

/** Text that a person could have written: never a name of the server's own. */
const word: Arbitrary<string> = string({ unit: constantFrom(..."abcxyz"), minLength: 2, maxLength: 6 });
const words: Arbitrary<Record<string, string>> = dictionary(word, word, { maxKeys: 3 });

const environment = record({
  values: dictionary(
    word.map((text) => `V_${text}`),
    word,
    { maxKeys: 3 },
  ),
  valuesFrom: dictionary(
    word.map((text) => `F_${text}`),
    constantFrom(0, 1, 2).chain((source) => record({ source: constantFrom(source), name: word, key: word })),
    { maxKeys: 2 },
  ),
});

const mount = { mountPath: word, readOnly: boolean(), mountPropagationMode: constantFrom(0, 1, 2) };

const claim = { volumeType: constantFrom(0), source: word };
const hostPath = { volumeType: constantFrom(1), source: word, hostPathType: constantFrom(0, 1) };
const ephemeral = {
  volumeType: constantFrom(2),
  storage: constantFrom("1Gi", "500M"),
  storageClassName: constantFrom("", "fast"),
  accessMode: constantFrom(0, 1, 2),
};
const mapped = { volumeType: constantFrom(3, 4), source: word, items: words };
const emptyDir = { volumeType: constantFrom(5), storage: constantFrom("", "1Gi") };

const place = { ...mount, name: word };
const volume: Arbitrary<{ readonly name: string }> = oneof(
  record({ ...place, ...claim }),
  record({ ...place, ...hostPath }),
  record({ ...place, ...ephemeral }),
  record({ ...place, ...mapped }),
  record({ ...place, ...emptyDir }),
);

const volumes = uniqueArray(volume, { maxLength: 4, selector: ({ name }) => name });

const securityContext = option(
  record({
    capabilities: record({ add: array(word, { maxLength: 2 }), drop: array(word, { maxLength: 2 }) }),
    privileged: option(boolean(), { nil: undefined }),
  }),
  { nil: undefined },
);

const group = {
  computeTemplate: constantFrom("t"),
  image: constantFrom("", "rayproject/ray:2.53.0"),
  rayStartParams: words,
  volumes,
  serviceAccount: constantFrom("", "account"),
  imagePullSecret: constantFrom("", "registry"),
  environment: option(environment, { nil: undefined }),
  annotations: words,
  labels: words,
  imagePullPolicy: constantFrom("", "Always"),
  securityContext,
};

/** Specs of clusters that the API takes, whatever they say. */
export const CLUSTER_SPEC_PARTS: Arbitrary<object> = record({
  headGroupSpec: record({ ...group, serviceType: constantFrom("", "NodePort"), enableIngress: boolean() }),
  workerGroupSpec: uniqueArray(
    record({
      ...group,
      groupName: word,
      replicas: integer({ min: 0, max: 5 }),
      minReplicas: integer({ min: 0, max: 5 }),
      maxReplicas: integer({ min: 5, max: 9 }),
    }),
    { maxLength: 3, selector: ({ groupName }) => groupName },
  ),
  headServiceAnnotations: words,
});
