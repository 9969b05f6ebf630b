"""What one or two lessons need and nobody else, one topic a file. By the lesson that needs it first:

00 pixels
01 perceptron
02 logistic
03 small_engine
04 gauss_newton, loss_runs, mlp
05 extrapolation
06 optimiser_faults
07 digit_runs, regularise, training_faults, whitening
08 collection, digit_faults
09 filters, texture_bank
10 convnet_runs, equivariance, excitation, filter_fit, gradient_features, lenet, lenet_runs
12 deep_runs, resnet
13 checkerboards, dense, restoration, segment_runs, segmentation, tiles
14 language, recurrent, translation
15 detection, popularity, pose, verification
16 attacks, calibration, experiment, reaction, saliency
17 connect, evaluators, faulty_runs, ratings, self_play, solved_games, tree_search
18 batch_sizes, loss_scaling, noise_scale, power_law, roofline, scaling_runs, worker_runs, workers
19 sensors
all choice
"""
