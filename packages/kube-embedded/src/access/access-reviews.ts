import type {
  FieldCause,
  KubeObject,
  NonResourceAttributes,
  PolicyRule,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewStatus,
  SubjectRulesReviewStatus,
  TokenReview,
  TokenReviewStatus,
} from "@heliostat/kube";
import type { Reviewer } from "../api/api-ground.ts";
import { forbiddenField, invalidValue, requiredValue } from "../api/field-causes.ts";
import type { UserInfo } from "../api/kube-api.ts";
import { badRequest, invalid } from "../api/refusals.ts";
import type { AccessAttributes } from "./authorizer.ts";
import type { BearerTokens } from "./bearer-tokens.ts";
import type { Policy } from "./policy.ts";

export interface ReviewGround {
  readonly policy: Policy;
  readonly bearers: BearerTokens;
}

/** Answers who may do what, and who bears a token: the review kinds of authorization.k8s.io and authentication.k8s.io. */
export function accessReviews(ground: ReviewGround): Reviewer {
  return {
    async review(question, user) {
      const answer = ANSWERS[question.kind];
      if (!answer) throw new Error(`Cannot answer a ${question.kind}: it is no review`);
      const { metadata } = question;
      const status = await answer(ground, question as never, user);
      const place = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
      return { ...question, metadata: place, status } as unknown as KubeObject;
    },
  };
}

type Answer = (ground: ReviewGround, question: never, user: UserInfo) => object | Promise<object>;

const ANSWERS: Readonly<Record<string, Answer>> = {
  SubjectAccessReview: subjectAccess,
  LocalSubjectAccessReview: localSubjectAccess,
  SelfSubjectAccessReview: selfSubjectAccess,
  SelfSubjectRulesReview: selfSubjectRules,
  SelfSubjectReview: (_ground, _question, user) => ({ userInfo: shownUser(user) }),
  TokenReview: tokenStatus,
};

function subjectAccess({ policy }: ReviewGround, review: SubjectAccessReview): SubjectAccessReviewStatus {
  assertValid(review, [...attributeProblems(review.spec), ...subjectProblems(review.spec)]);
  return decision(policy, askedUser(review.spec), review.spec);
}

function localSubjectAccess(
  { policy }: ReviewGround,
  review: SubjectAccessReview,
): SubjectAccessReviewStatus {
  const { spec, metadata } = review;
  assertValid(review, [
    ...attributeProblems(spec),
    ...subjectProblems(spec),
    ...placeProblems(spec, metadata.namespace),
  ]);
  return decision(policy, askedUser(spec), spec);
}

function selfSubjectAccess(
  { policy }: ReviewGround,
  review: SelfSubjectAccessReview,
  user: UserInfo,
): SubjectAccessReviewStatus {
  assertValid(review, attributeProblems(review.spec));
  return decision(policy, user, review.spec);
}

function selfSubjectRules(
  { policy }: ReviewGround,
  { spec }: SelfSubjectRulesReview,
  user: UserInfo,
): SubjectRulesReviewStatus {
  const { namespace = "" } = spec;
  if (namespace === "") throw badRequest("no namespace on request");
  const { rules, problems } = policy.rulesOf(user, namespace);
  return {
    resourceRules: rules.flatMap(resourceRule),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs = [] }) =>
      nonResourceURLs.length > 0 ? [{ verbs, nonResourceURLs }] : [],
    ),
    incomplete: problems.length > 0,
    ...(problems.length > 0 && { evaluationError: problems.join(", ") }),
  };
}

async function tokenStatus({ bearers }: ReviewGround, { spec }: TokenReview): Promise<TokenReviewStatus> {
  const { token, audiences = [] } = spec;
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const bearer = await bearers.bearerOf(token, audiences);
  if (!bearer) return { authenticated: false, user: {}, error: "invalid bearer token" };
  return { authenticated: true, user: shownUser(bearer.user), audiences: bearer.audiences };
}

interface Question {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

function decision(policy: Policy, user: UserInfo, question: Question): SubjectAccessReviewStatus {
  const { isAllowed, reason, evaluationError } = policy.decide(askedAttributes(user, question));
  return {
    allowed: isAllowed,
    ...(reason !== undefined && { reason }),
    ...(evaluationError !== undefined && { evaluationError }),
  };
}

function askedAttributes(user: UserInfo, question: Question): AccessAttributes {
  const { resourceAttributes: asked, nonResourceAttributes: { verb = "", path = "" } = {} } = question;
  if (!asked) return { user, verb, path };
  const { group = "", version = "", resource: plural = "", subresource, namespace, name } = asked;
  const resource = {
    group,
    version,
    plural,
    ...(subresource && { subresource }),
    ...(namespace && { namespace }),
    ...(name && { name }),
  };
  return { user, verb: asked.verb ?? "", path: "", resource };
}

function askedUser({ user = "", groups = [], uid, extra }: SubjectAccessReview["spec"]): UserInfo {
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) };
}

/** `username`, as reviews say it. */
function shownUser({ name, uid, groups, extra }: UserInfo): NonNullable<TokenReviewStatus["user"]> {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
}

function resourceRule({ nonResourceURLs = [], ...rule }: PolicyRule): readonly PolicyRule[] {
  return nonResourceURLs.length > 0 ? [] : [rule];
}

function attributeProblems({ resourceAttributes, nonResourceAttributes }: Question): readonly FieldCause[] {
  if (resourceAttributes && nonResourceAttributes) {
    const detail = "cannot be specified in combination with resourceAttributes";
    return [invalidValue("spec.nonResourceAttributes", nonResourceAttributes, detail)];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
  return [requiredValue("spec.resourceAttributes", detail)];
}

function subjectProblems({ user, groups = [] }: SubjectAccessReview["spec"]): readonly FieldCause[] {
  if (user || groups.length > 0) return [];
  return [requiredValue("spec.user", "at least one of user or group must be specified")];
}

function placeProblems(
  { resourceAttributes, nonResourceAttributes }: Question,
  namespace = "",
): readonly FieldCause[] {
  if (nonResourceAttributes)
    return [forbiddenField("spec.nonResourceAttributes", "disallowed on this kind of request")];
  const asked = resourceAttributes?.namespace ?? "";
  if (asked === namespace) return [];
  return [invalidValue("spec.resourceAttributes.namespace", asked, "must match metadata.namespace")];
}

function assertValid(review: KubeObject, problems: readonly FieldCause[]): void {
  if (problems.length === 0) return;
  throw invalid({ group: "authorization.k8s.io", kind: review.kind }, "", problems);
}
