import torch
from torch.distributions import *
from torch.distributions import constraints, kl
torch.manual_seed(0)
n = Normal(torch.tensor([0., 1.]), torch.tensor([1., 2.]))
n
Normal(0., 1.)
n.sample()
n.rsample((2,))
n.log_prob(torch.tensor([0.5, 0.5]))
n.cdf(torch.tensor([0.5, 0.5])), n.icdf(torch.tensor([0.25, 0.5]))
n.entropy(), n.mean, n.variance, n.stddev, n.mode, n.perplexity()
n.batch_shape, n.event_shape, n.expand((3, 2)).batch_shape
Normal(0., -1.)
Normal(torch.zeros(2), torch.tensor([1., -1.]))
n.log_prob(1)
n.log_prob(torch.tensor([float('nan'), 0.]))
n.log_prob(torch.zeros(3))
Normal('a', 1.)
u = Uniform(-1., 3.)
u, u.sample((3,)), u.log_prob(torch.tensor(0.)), u.entropy(), u.mean, u.variance, u.cdf(torch.tensor(1.)), u.support
Uniform(3., 1.)
u.log_prob(torch.tensor(5.))
b = Bernoulli(torch.tensor([0.3, 0.8]))
b, b.sample((4,)), b.log_prob(torch.tensor([1., 0.])), b.entropy(), b.mean, b.variance, b.mode, b.logits
Bernoulli(logits=torch.tensor(0.4)).probs, Bernoulli(0.5).enumerate_support(), b.enumerate_support()
Bernoulli(1.5)
Bernoulli()
b.log_prob(torch.tensor([0.5, 1.]))
c = Categorical(torch.tensor([[1., 2., 3.], [3., 2., 1.]]))
c, c.sample(), c.sample((3,)), c.log_prob(torch.tensor([0, 2])), c.entropy(), c.probs, c.logits, c.mode, c.mean
c.log_prob(torch.tensor([0, 3]))
Categorical(logits=torch.tensor([0.1, -0.2, 0.3])).sample((2, 2))
c.enumerate_support()
c.expand((2, 2)).sample()
o = OneHotCategorical(logits=torch.tensor([0.1, 0.2, -1.]))
o.sample((2,)), o.log_prob(torch.tensor([0., 1., 0.])), o.entropy(), o.mode
OneHotCategoricalStraightThrough(torch.tensor([0.2, 0.8])).rsample()
Exponential(2.).sample((3,)), Exponential(2.).log_prob(torch.tensor(0.3)), Exponential(2.).entropy(), Exponential(2.).cdf(torch.tensor(.5))
Laplace(0., 2.).sample((3,)), Laplace(0., 2.).log_prob(torch.tensor(0.3)), Laplace(0., 2.).icdf(torch.tensor(.3)), Laplace(0., 2.).entropy()
Cauchy(0., 2.).sample((3,)), Cauchy(0., 2.).log_prob(torch.tensor(0.3)), Cauchy(0., 2.).cdf(torch.tensor(.3)), Cauchy(0., 2.).entropy()
g = Gamma(torch.tensor([0.5, 3.]), torch.tensor([1., 2.]))
g, g.sample((2,)), g.log_prob(torch.tensor([0.5, 1.])), g.entropy(), g.mean, g.mode, g.variance
Chi2(torch.tensor(3.)).sample((3,)), Chi2(3.).log_prob(torch.tensor(2.)), Chi2(3.).df
d = Dirichlet(torch.tensor([0.5, 1., 2.]))
d, d.sample((2,)), d.log_prob(torch.tensor([0.2, 0.3, 0.5])), d.entropy(), d.mean, d.variance, d.mode
d.log_prob(torch.tensor([0.2, 0.3, 0.6]))
be = Beta(2., 3.)
be, be.sample((3,)), be.log_prob(torch.tensor(0.3)), be.entropy(), be.mean, be.variance, be.mode
StudentT(4.).sample((3,)), StudentT(4., 1., 2.).log_prob(torch.tensor(0.3)), StudentT(4.).entropy(), StudentT(torch.tensor([0.5, 1.5, 4.])).variance
FisherSnedecor(3., 5.).sample((2,)), FisherSnedecor(3., 5.).log_prob(torch.tensor(0.7)), FisherSnedecor(torch.tensor(3.), 5.).mean
Poisson(4.).sample((6,)), Poisson(torch.tensor([0.5, 30.])).sample((3,)), Poisson(4.).log_prob(torch.tensor(3.))
Poisson(4.).log_prob(torch.tensor(0.5))
bi = Binomial(10, torch.tensor([0.2, 0.7]))
bi, bi.sample((3,)), bi.log_prob(torch.tensor([3., 4.])), bi.entropy(), bi.mean, bi.variance, bi.mode
Geometric(0.3).sample((5,)), Geometric(0.3).log_prob(torch.tensor(2.)), Geometric(0.3).entropy(), Geometric(torch.tensor([0.3])).mean
NegativeBinomial(5, 0.4).sample((4,)), NegativeBinomial(5, 0.4).log_prob(torch.tensor(3.)), NegativeBinomial(5, torch.tensor(0.4)).mean
m = Multinomial(10, torch.tensor([0.2, 0.3, 0.5]))
m.sample((2,)), m.log_prob(torch.tensor([2., 3., 5.])), m.entropy(), m.mean, m.variance
LogNormal(0., 0.5).sample((3,)), LogNormal(0., 0.5).log_prob(torch.tensor(1.2)), LogNormal(0., 0.5).entropy(), LogNormal(0., 0.5).mean, LogNormal(0., .5)
HalfNormal(2.).sample((3,)), HalfNormal(2.).log_prob(torch.tensor(1.2)), HalfNormal(2.).entropy(), HalfNormal(2.).cdf(torch.tensor(1.))
HalfCauchy(2.).sample((3,)), HalfCauchy(2.).log_prob(torch.tensor(1.2)), HalfCauchy(2.).entropy()
Gumbel(0., 2.).sample((3,)), Gumbel(0., 2.).log_prob(torch.tensor(1.2)), Gumbel(0., 2.).entropy(), Gumbel(torch.zeros(2), torch.ones(2)).sample()
Pareto(1., 2.).sample((3,)), Pareto(1., 2.).log_prob(torch.tensor(1.2)), Pareto(1., 2.).entropy(), Pareto(1., torch.tensor(3.)).mean
Weibull(1., 2.).sample((3,)), Weibull(1., 2.).log_prob(torch.tensor(1.2)), Weibull(1., 2.).entropy(), Weibull(1., 2.).mean, Weibull(1., 2.).variance
Kumaraswamy(2., 3.).sample((3,)), Kumaraswamy(2., 3.).log_prob(torch.tensor(0.2)), Kumaraswamy(torch.tensor(2.), torch.tensor(3.)).entropy()
InverseGamma(3., 2.).sample((3,)), InverseGamma(3., 2.).log_prob(torch.tensor(0.2)), InverseGamma(3., 2.).entropy(), InverseGamma(3., 2.).mean
ln = LogisticNormal(torch.zeros(2), torch.ones(2))
ln.sample((2,)), ln.log_prob(torch.tensor([0.2, 0.3, 0.5]))
rb = RelaxedBernoulli(torch.tensor(0.5), torch.tensor([0.2, 0.7]))
rb.sample((2,)), rb.log_prob(torch.tensor([0.3, 0.6]))
rc = RelaxedOneHotCategorical(torch.tensor(0.5), torch.tensor([0.2, 0.3, 0.5]))
rc.sample((2,)), rc.log_prob(torch.tensor([0.2, 0.3, 0.5]))
cov = torch.tensor([[2., 0.5], [0.5, 1.]])
mv = MultivariateNormal(torch.zeros(2), cov)
mv, mv.sample((2,)), mv.log_prob(torch.tensor([0.3, -0.2])), mv.entropy(), mv.scale_tril, mv.precision_matrix, mv.variance
MultivariateNormal(torch.zeros(2), precision_matrix=cov).covariance_matrix, MultivariateNormal(torch.zeros(3, 2), cov).log_prob(torch.ones(2))
MultivariateNormal(torch.zeros(2), -cov)
lr = LowRankMultivariateNormal(torch.zeros(3), torch.tensor([[1.], [0.5], [0.2]]), torch.ones(3))
lr.sample((2,)), lr.log_prob(torch.tensor([0.3, -0.2, 1.])), lr.entropy(), lr.covariance_matrix, lr.precision_matrix, lr.scale_tril
mix = MixtureSameFamily(Categorical(torch.tensor([0.3, 0.7])), Normal(torch.tensor([-1., 2.]), torch.tensor([0.5, 1.])))
mix, mix.sample((4,)), mix.log_prob(torch.tensor([0., 1.])), mix.mean, mix.variance, mix.cdf(torch.tensor(0.5))
cb = ContinuousBernoulli(torch.tensor([0.2, 0.5]))
cb.sample((2,)), cb.log_prob(torch.tensor([0.3, 0.6])), cb.entropy(), cb.mean, cb.variance
lkj = LKJCholesky(3, 0.5)
lkj.sample(), lkj.log_prob(torch.eye(3))
GeneralizedPareto(0., 1., 0.3).sample((3,)), GeneralizedPareto(0., 1., 0.3).log_prob(torch.tensor(0.5)), GeneralizedPareto(0., 1., 0.3).entropy()
Wishart(torch.tensor(4.), cov).sample(), Wishart(torch.tensor(4.), cov).log_prob(cov), Wishart(torch.tensor(4.), cov).entropy(), Wishart(torch.tensor(4.), cov).mean
i = Independent(Normal(torch.zeros(3), torch.ones(3)), 1)
i, i.sample(), i.log_prob(torch.zeros(3)), i.entropy(), i.batch_shape, i.event_shape
t = TransformedDistribution(Uniform(0., 1.), [SigmoidTransform().inv, AffineTransform(1., 2.)])
t, t.sample((3,)), t.log_prob(torch.tensor(0.4)), t.cdf(torch.tensor(0.4)), t.icdf(torch.tensor(0.4)), t.support
loc = torch.tensor([0.3, -0.2], requires_grad=True)
scale = torch.tensor([0.5, 1.5], requires_grad=True)
Normal(loc, scale).rsample((5,)).pow(2).sum().backward()
loc.grad, scale.grad
def slopes(make, *values):
    p = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in values]
    torch.manual_seed(1)
    make(*p).rsample((20,)).pow(2).sum().backward()
    return [f'{x:.2f}' for v in p for x in v.grad.flatten().tolist()]

slopes(Gamma, [2., 0.7], [1., 3.])
slopes(Beta, [2., 0.7], [1., 3.])
slopes(Dirichlet, [2., 0.7, 1.])
slopes(StudentT, [3., 5.])
slopes(Laplace, [0.], [1.])
slopes(Gumbel, [0.], [1.])
slopes(Weibull, [1.], [2.])
kl_divergence(Normal(0., 1.), Normal(1., 2.)), kl_divergence(n, n), kl_divergence(Categorical(torch.ones(3)), Categorical(torch.tensor([1., 2., 3.])))
kl_divergence(b, Bernoulli(torch.tensor([0.5, 0.5]))), kl_divergence(be, Beta(1., 1.)), kl_divergence(g, Gamma(1., 1.)), kl_divergence(d, Dirichlet(torch.ones(3)))
kl_divergence(mv, MultivariateNormal(torch.ones(2), torch.eye(2))), kl_divergence(i, Independent(Normal(torch.ones(3), torch.ones(3)), 1))
kl_divergence(Exponential(1.), Gamma(2., 1.)), kl_divergence(Laplace(0., 1.), Normal(0., 1.)), kl_divergence(Uniform(0., 1.), Normal(0., 1.)), kl_divergence(Normal(0., 1.), Uniform(0., 1.))
kl_divergence(Poisson(2.), Poisson(3.)), kl_divergence(Uniform(0., 1.), Beta(2., 2.)), kl_divergence(Normal(0., 1.), Laplace(0., 1.)), kl_divergence(Gumbel(0., 1.), Normal(0., 1.))
kl_divergence(Normal(0., 1.), Cauchy(0., 1.))
biject_to(constraints.positive), biject_to(constraints.unit_interval)(torch.tensor(0.3)), transform_to(constraints.simplex)(torch.tensor([0.1, 0.2])), biject_to(constraints.interval(1., 3.))
StickBreakingTransform()(torch.tensor([0.1, 0.2])), StickBreakingTransform().inv(torch.tensor([0.2, 0.3, 0.5])), CorrCholeskyTransform()(torch.tensor([0.1, 0.2, 0.3]))
TanhTransform().log_abs_det_jacobian(torch.tensor(0.3), None), ComposeTransform([ExpTransform(), AffineTransform(1., 2.)])(torch.tensor(0.3)), ExpTransform().inv
constraints.positive, constraints.unit_interval, constraints.real_vector, constraints.simplex, constraints.integer_interval(0, 3), constraints.positive_definite, constraints.lower_cholesky
n.sample_n(2)
Distribution().sample()
import torch.distributions.normal as module
module.Normal is Normal, torch.distributions.Normal is Normal
